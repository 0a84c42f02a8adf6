/**
 * Environment for our node, its command line and our hub. They set V8 flags at start-up
 * (`tuneHeap`), and V8 rejects code compiled with others: in a cache folder shared with programs
 * without them, each start of either would recompile everything and replace the other's cache.
 */
export function tunedEnv(): Record<string, string> {
  const { NODE_COMPILE_CACHE: folder } = process.env
  return folder ? { NODE_COMPILE_CACHE: `${folder}-tuned` } : {}
}
