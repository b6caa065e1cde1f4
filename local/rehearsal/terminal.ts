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
  const [weekday, day, month, , time] = new Date(at).toUTCString().split(' ');
  return `${weekday!.slice(0, 3)} ${day} ${month} ${time}`;
}

/** The timeline as it happens, and under it one line of progress where the terminal can redraw. */
export class Terminal {
  readonly #out: NodeJS.WriteStream;
  readonly #live: boolean;
  #status = '';
  #year: number | undefined;
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
    this.#stamped(entry.at, `${this.#color(COLORS[mood], MARKS[mood])} ${type} ${describe(entry)}`);
  }

  note(note: Note): void {
    this.#stamped(note.at, this.#color('magenta', `» ${note.text}`));
  }

  /** A line of the timeline; the year is told where another begins. */
  #stamped(at: number | string, text: string): void {
    const year = new Date(at).getUTCFullYear();
    if (this.#year !== undefined && year !== this.#year) this.heading(`\n${year}\n`);
    this.#year = year;
    this.line(`${this.#color('dim', stamp(at))}  ${text}`);
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
