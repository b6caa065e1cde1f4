/** The registry unpacks too, when it holds a repeated run against the recorded one. */
export * from '../shared/unpack.ts';
