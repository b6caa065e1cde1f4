/** Imports the bundle, answers one request, and says how many ms of CPU that took. Argument: asset folder, vocabulary. */
import { join } from 'node:path';
import { apiEvents } from './request.mjs';

const [asset, vocabulary] = process.argv.slice(2);
const { handler } = await import(join(asset, 'index.mjs'));
const answer = await handler(apiEvents(1, JSON.parse(vocabulary))[0], {});
if (answer.statusCode !== 200) throw new Error(answer.body);
const { user, system } = process.cpuUsage();
process.send((user + system) / 1000, () => process.disconnect());
