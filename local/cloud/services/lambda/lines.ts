import type { Readable } from 'node:stream';

/** A line with this first character is a mark of the runtime: `\0<request id>[ <resident bytes>]`. */
const MARK = '\0';
/** stdout and stderr each write a mark when an invocation ends. */
const MARKS = 2;

/** Collects what an environment prints, line by line, and tells when all of an invocation has arrived. */
export class LineReader {
  #rest = '';
  #lines: string[] = [];
  #id = '';
  #marks = 0;
  #wake: (() => void) | undefined;
  /** Resident memory that the last mark told; 0 before the first. */
  rssBytes = 0;

  read(stream: Readable): void {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => this.push(text));
    stream.on('end', () => this.push('\n'));
  }

  push(text: string): void {
    const parts = (this.#rest + text).split('\n');
    this.#rest = parts.pop() ?? '';
    for (const line of parts) {
      // A mark may follow text that was printed without a line break.
      const at = line.indexOf(MARK);
      if (at !== 0 && line !== '') this.#lines.push(at < 0 ? line : line.slice(0, at));
      if (at >= 0) this.#mark(line.slice(at + 1));
    }
  }

  #mark(text: string): void {
    const [id = '', rss] = text.split(' ');
    if (rss) this.rssBytes = Number(rss);
    this.#marks = id === this.#id ? this.#marks + 1 : 1;
    this.#id = id;
    if (this.#marks === MARKS) this.#wake?.();
  }

  /** Resolves when both streams have marked the end of `id`. */
  async marked(id: string): Promise<void> {
    if (this.#id === id && this.#marks >= MARKS) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }

  /** The lines since the last call. */
  take(): string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }
}
