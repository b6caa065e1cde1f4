/**
 * A seeded stream of 32-bit unsigned integers: xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators", ACM Transactions on Mathematical Software 47, 2021), its state filled by a Weyl sequence through a
 * multiply-xorshift mixer so that near seeds give unrelated streams. Not for secrets.
 */
export function seededBits(seed: number): () => number {
  let weyl = seed >>> 0;
  const fill = (): number => {
    weyl = (weyl + 0x9e3779b9) >>> 0;
    let z = Math.imul(weyl ^ (weyl >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) | 0;
  };
  let a = fill();
  let b = fill();
  let c = fill();
  let d = fill() | 1; // the state must not be all zero
  return () => {
    const five = Math.imul(b, 5);
    const result = Math.imul((five << 7) | (five >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
}

/** A seed from text (FNV-1a, 32 bits): the same name gives the same draws wherever they are made. */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
