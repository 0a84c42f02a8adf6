import { expect, test, vi } from 'vitest'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { Sources } from '../../swarm/peer/sources.ts'
import { WebSeeds } from './web-seeds.browser.ts'
import type { WebSeedsOptions } from './web-seeds.ts'

/** The web seeds of a torrent without any. `lines`: those of its log. */
function open() {
  const lines: string[] = []
  const swarm = { isClosed: false, sources: new Sources() }
  const options = {
    context: { clock: new VirtualClock() },
    ...{ data: {}, swarm, transfer: { info: { singleFile: true } } },
    events: { log: (line: string) => void lines.push(line) },
  } as unknown as WebSeedsOptions
  return { lines, swarm, seeds: new WebSeeds(options) }
}

/** Its scheme is refused once the code for web seeds is loaded. */
const URL_TO_REFUSE = 'gopher://seed.example/a'

test('web seeds are loaded with the first URL, and then use the last list', async () => {
  const { lines, seeds } = open()
  seeds.use([])
  seeds.use(['gopher://seed.example/removed'])
  seeds.use([URL_TO_REFUSE])
  expect([seeds.status(), seeds.working, lines]).toEqual([[], 0, []])
  await vi.waitFor(() => expect(lines).toHaveLength(1))
  expect(lines[0]).toContain('gopher://seed.example/a: this scheme is not supported')
  seeds.use([URL_TO_REFUSE, 'gopher://seed.example/b'])
  expect(lines[1]).toContain('gopher://seed.example/b')
  expect([seeds.status(), seeds.working]).toEqual([[], 0])
})

test('a torrent that was closed while they were loaded gets none', async () => {
  const { lines, swarm, seeds } = open()
  seeds.use([URL_TO_REFUSE])
  swarm.isClosed = true
  const later = open()
  later.seeds.use([URL_TO_REFUSE])
  await vi.waitFor(() => expect(later.lines).toHaveLength(1))
  seeds.use([])
  expect([lines, seeds.status()]).toEqual([[], []])
})
