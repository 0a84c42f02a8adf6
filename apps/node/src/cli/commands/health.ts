import { formatBytes, formatDuration, formatRate } from '../../base/text/format.ts'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { printFacts } from '../terminal/print.ts'

export const health = defineCommand({
  about: ['The exit code is 0 only when the node runs and has no problem.'],
  positionals: [],
  options: NODE_OPTIONS,
  examples: [['health', 'Tells whether the node on this machine works']],
  async run(_words, options, { output, interrupt }) {
    const { api, address } = await openNode(options, interrupt.signal)
    const [health, stats, node] = await Promise.all([api.getHealth({}), api.getStats({}), api.getNode({})])
    const code = health.status === 'ok' ? 0 : EXIT.failed
    if (output.json) {
      output.object({ ...health, url: address.url, stats })
      return code
    }
    const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((a, b) => a + b, 0)
    const transfer = (rate: number, all: number) => `${formatRate(rate)}, ${formatBytes(all)} in all`
    printFacts(output, [
      ['Node', `${health.status}, version ${health.version}, ${address.url}`],
      ['Running for', formatDuration(stats.uptimeSeconds)],
      ['Torrents', String(sum(stats.torrents))],
      ['Down', transfer(stats.downloadBytesPerSecond, stats.allTime.downloadedBytes)],
      ['Up', transfer(stats.uploadBytesPerSecond, stats.allTime.uploadedBytes)],
      ['Connections', String(sum(stats.connections))],
      ['Port for peers', node.peerPort === 0 ? 'none is open' : String(node.peerPort)],
      ['DHT', stats.dhtNodes === null ? 'off in the settings' : `${stats.dhtNodes} nodes`],
      ...stats.disk.map(
        ({ directory, freeBytes }) => [`Free`, `${formatBytes(freeBytes)} at ${directory}`] as const,
      ),
      ['Memory', formatBytes(stats.memoryBytes)],
    ])
    for (const problem of health.problems) output.line(`Problem: ${problem}`)
    return code
  },
})
