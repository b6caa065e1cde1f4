/**
 * A small seeded generator (mulberry32, public domain, T. Ettinger): uniform in [0, 1). Every tree takes its own from
 * `(seed, round)`, so that a resumed training draws what an uninterrupted one would have drawn.
 */
export function seeded(seed: number, stream = 0): () => number {
  let state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(stream + 1, 0xc2b2ae35)) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
