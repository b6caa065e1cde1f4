// A process with one warm execution environment, which prints the pid of that environment and stays.
import { startLambda } from './start.ts';

const { invoke } = await startLambda('export const handler = async () => process.pid;');
console.log((await invoke()).answer);
setInterval(() => {}, 1000);
