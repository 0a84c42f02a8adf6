/** Returns the path unchanged, because browsers have no working directory. */
export function absolutePath(path: string): string {
  return path
}
