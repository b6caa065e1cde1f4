import { createInterface } from 'node:readline/promises';
import { setTimeout } from 'node:timers/promises';
import { connect } from './aws.ts';
import type { Terminal } from './platform.ts';
import { runProgram } from './program.ts';

const terminal: Terminal = {
  out: (text) => void process.stdout.write(`${text}\n`),
  note: (text) => void process.stderr.write(`${text}\n`),
  interactive: process.stdin.isTTY === true,
  async ask(question) {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await lines.question(question);
    } finally {
      lines.close();
    }
  },
  sleep: (ms) => setTimeout(ms),
};

process.exitCode = await runProgram(process.argv.slice(2), { connect, terminal });
