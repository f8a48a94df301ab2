/** A body that says of each of its bytes, but for a few, whose it is: a mark, again and again. */
export function markedBody(mark: string, size: number): Buffer {
  return Buffer.alloc(size, `<${mark}>`);
}

/** Whether a body, or what arrived of it, is of that mark. */
export const isMarked = (bytes: Buffer, mark: string): boolean => bytes.equals(markedBody(mark, bytes.length));
