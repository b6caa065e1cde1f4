import { styleText } from 'node:util';
import type { Note, TimelineEntry } from '../report/data.ts';
import { describe, type Mood, moodOf } from '../report/describe.ts';

const COLORS: Record<Mood, Parameters<typeof styleText>[0]> = {
  plain: 'cyan',
  good: 'green',
  warn: 'yellow',
  bad: 'red',
};
const MARKS: Record<Mood, string> = { plain: '·', good: '✓', warn: '!', bad: '✗' };
/** Wall milliseconds between two redraws of the status line. */
const REDRAW = 100;

/** `Mon 02 Nov 08:00:00` in UTC. */
export function stamp(at: number | string): string {
  const date = new Date(at);
  const day = date.toLocaleDateString('en-GB', {
    weekday: 'short',
    day: '2-digit',
    month: 'short',
    timeZone: 'UTC',
  });
  return `${day.replace(',', '')} ${date.toISOString().slice(11, 19)}`;
}

/** The timeline as it happens, and under it one line of progress where the terminal can redraw. */
export class Terminal {
  readonly #out: NodeJS.WriteStream;
  readonly #live: boolean;
  #status = '';
  #drawn = 0;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
    this.#live = out.isTTY === true;
  }

  line(text: string): void {
    this.#clear();
    this.#out.write(`${text}\n`);
    this.#draw();
  }

  entry(entry: TimelineEntry): void {
    const mood = moodOf(entry.type);
    const type = this.#color(COLORS[mood], entry.type.padEnd(26));
    this.line(
      `${this.#color('dim', stamp(entry.at))}  ${this.#color(COLORS[mood], MARKS[mood])} ${type} ${describe(entry)}`,
    );
  }

  note(note: Note): void {
    this.line(
      `${this.#color('dim', stamp(note.at))}  ${this.#color('magenta', '»')} ${this.#color('magenta', note.text)}`,
    );
  }

  /** Progress; shown at most ten times a second, and not at all where output is a file. */
  status(text: () => string): void {
    if (!this.#live || performance.now() - this.#drawn < REDRAW) return;
    this.#clear();
    this.#status = text();
    this.#draw();
  }

  heading(text: string): void {
    this.line(this.#color('bold', text));
  }

  /** Ends the status line. */
  done(): void {
    this.#clear();
    this.#status = '';
  }

  #color(format: Parameters<typeof styleText>[0], text: string): string {
    return styleText(format, text, { stream: this.#out });
  }

  #clear(): void {
    if (this.#live && this.#status !== '') this.#out.write('\r\x1b[2K');
  }

  #draw(): void {
    if (!this.#live || this.#status === '') return;
    this.#out.write(this.#color('dim', this.#status.slice(0, (this.#out.columns ?? 80) - 1)));
    this.#drawn = performance.now();
  }
}
