/**
 * Environment for our node, its command line and our hub. They set flags of V8 when they start (`tuneHeap`), and V8 rejects what was compiled with
 * others: in a folder shared with programs that do not, each start of either would compile everything again and replace what the other had stored.
 */
export function tunedEnv(): Record<string, string> {
  const { NODE_COMPILE_CACHE: folder } = process.env
  return folder ? { NODE_COMPILE_CACHE: `${folder}-tuned` } : {}
}
