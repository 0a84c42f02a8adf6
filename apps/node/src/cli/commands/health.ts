import type { NodeInfo, PeerReach, PortMapping } from '@shoal/api'
import { dialedAddress, portMappingWords, transportName } from '@shoal/api/port-mapping-words'
import { reachSentences } from '@shoal/api/reach-words'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { nodeMessage } from '../failure.ts'
import { formatBytes, formatDuration, formatRate, formatTime } from '../format.ts'
import { printFacts } from '../terminal/print.ts'
import { texts } from '../texts.ts'
import { networkText } from '../values/network.ts'

const t = texts.health.peerReach

export const health = defineCommand({
  about: texts.health.about,
  positionals: [],
  options: NODE_OPTIONS,
  examples: [['health', texts.health.example]],
  async run(_words, options, { output, interrupt }) {
    const { api, address } = await openNode(options, interrupt.signal)
    const [health, stats, node, reach, network] = await Promise.all([
      api.getHealth({}),
      api.getStats({}),
      api.getNode({}),
      api.getPeerReach({}),
      // A node can run without it.
      api.getNetwork({}).catch(() => null),
    ])
    const code = health.status === 'ok' ? 0 : EXIT.failed
    if (output.json) {
      output.object({
        ...health,
        url: address.url,
        peerPort: node.peerPort,
        takenPeerPort: node.takenPeerPort,
        reach,
        ...(network && { network }),
        stats,
      })
      return code
    }
    const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((a, b) => a + b, 0)
    const transfer = (rate: number, all: number) =>
      texts.health.transfer({ rate: formatRate(rate), size: formatBytes(all) })
    const { rows } = texts.health
    const [verdict, ...more] = reachSentences(t, reach)
    printFacts(output, [
      [
        rows.node,
        texts.health.node({
          status: texts.health.status[health.status],
          version: node.version,
          url: address.url,
        }),
      ],
      [rows.uptime, formatDuration(stats.uptimeSeconds)],
      [rows.torrents, String(sum(stats.torrents))],
      [rows.down, transfer(stats.downloadBytesPerSecond, stats.allTime.downloadedBytes)],
      [rows.up, transfer(stats.uploadBytesPerSecond, stats.allTime.uploadedBytes)],
      [rows.connections, String(sum(stats.connections))],
      [rows.port, portText(node)],
      [rows.reach, verdict!],
      ...familyRows(reach),
      ...reach.mappings.filter(isOpen).map(mapping => [rows.router, mappingText(mapping)] as const),
      [
        rows.dht,
        stats.dhtNodes === null ? texts.health.dhtOff : texts.health.dhtNodes({ count: stats.dhtNodes }),
      ],
      ...(network ? [[rows.network, networkText(network)] as const] : []),
      ...stats.disk.map(
        ({ directory, freeBytes }) =>
          [rows.free, texts.health.freeAt({ size: formatBytes(freeBytes), directory })] as const,
      ),
      [rows.memory, formatBytes(stats.memoryBytes)],
    ])
    for (const sentence of more) output.line(sentence)
    for (const problem of health.problems ?? [])
      output.line(texts.health.problem({ problem: nodeMessage(problem) }))
    return code
  },
})

/**
 * Returns rows with the facts of each address family, unless the node is closed to others by
 * choice.
 */
function familyRows({ state, reason, ipv4, ipv6 }: PeerReach): (readonly [string, string])[] {
  if (state === 'off') return []
  const families = [['IPv4', ipv4] as const, ['IPv6', ipv6] as const]
  return families.map(([name, family]) => {
    const address = dialedAddress(family)
    const arrivals = family.arrivals.map(({ transport, host, atMs }) =>
      t.arrival({ transport: transportName(transport), host, time: formatTime(atMs) }),
    )
    const verdict = family.reason === reason ? t.states[family.state] : t.reasons[family.reason]
    const parts = [verdict, ...(address === null ? [] : [t.address({ address })]), ...arrivals]
    return [name, parts.join(' · ')] as const
  })
}

function isOpen({ externalPort }: PortMapping): boolean {
  return externalPort !== null
}

function mappingText(mapping: PortMapping): string {
  const words = portMappingWords(mapping)
  return mapping.expiresMs === null
    ? t.permanent(words)
    : t.mapping({ ...words, time: formatTime(mapping.expiresMs) })
}

function portText({ peerPort, takenPeerPort }: NodeInfo): string {
  if (peerPort === 0) return texts.health.noPort
  return takenPeerPort === null
    ? String(peerPort)
    : texts.health.otherPort({ port: String(peerPort), taken: String(takenPeerPort) })
}
