/**
 * Serves a libp2p host to the worker. If libp2p cannot be loaded, there is no answer, and the
 * worker retries after half a minute.
 */
export async function serveLibp2p(port: MessagePort): Promise<void> {
  for (const waitMs of [1000, 3000, 9000, 0])
    try {
      return await (await import('@shoal/network/page-host')).serveWorker(port)
    } catch {
      await new Promise(resolve => setTimeout(resolve, waitMs))
    }
}
