/** Resources of one test, which are closed at its end, in reverse order. */
import { type Metainfo, type RateLimits, Session } from '@shoal/torrent'
import { onTestFinished } from 'vitest'
import { type TestNode, testNode } from './test-node.ts'

export async function nodeForTest(folder?: string): Promise<TestNode> {
  const node = await testNode(folder)
  onTestFinished(() => node.end())
  return node
}

/** A peer on this machine that has the content of a torrent in `folder`. */
export async function seedForTest(
  folder: string,
  metainfo: Metainfo,
  limits: Partial<RateLimits> = {},
): Promise<{ session: Session; peer: string }> {
  const local = { port: 0, host: '127.0.0.1', dht: false, lsd: false }
  const session = await Session.open({ directory: folder, limits, ...local })
  onTestFinished(() => session.close())
  await session.add(metainfo, { trusted: true })
  return { session, peer: `127.0.0.1:${session.port}` }
}
