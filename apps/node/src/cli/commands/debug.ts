import { homedir } from 'node:os'
import { hideSecrets, type NodeApi, OPERATIONS } from '@shoal/api'
import { describeFailure } from '@shoal/daemon/failure'
import { integer, value } from '@shoal/options'
import { VERSION } from '../../base/version.ts'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { withoutSecrets } from '../client/redact.ts'
import { defineCommand } from '../command.ts'
import { texts } from '../texts.ts'

export const debug = defineCommand({
  about: texts.debug.about,
  positionals: [],
  options: {
    lines: value('N', { help: texts.debug.options.lines, parse: integer(1, 1000) }),
    ...NODE_OPTIONS,
  },
  examples: [['debug > shoal-debug.json', texts.debug.example]],
  async run(_words, options, { output, interrupt }) {
    const machine = {
      shoal: VERSION,
      runtime: process.version,
      platform: `${process.platform} ${process.arch}`,
    }
    const facts = async () => {
      const { api } = await openNode(options, interrupt.signal)
      // A failure is part of the report.
      const ask = (call: Promise<object>) => call.catch(error => ({ error: describeFailure(error) }))
      // The settings contain secrets, such as the arguments of programs.
      const ownSettings = async () => hideSecrets(OPERATIONS.getSettings.output, await api.getSettings({}))
      const [node, health, stats, settings, network, jobs, log] = await Promise.all([
        ask(api.getNode({})),
        ask(api.getHealth({})),
        ask(api.getStats({})),
        ask(ownSettings()),
        ask(networkFacts(api)),
        ask(api.listJobs({})),
        ask(api.listLog({ level: 'debug', limit: options.lines ?? 200 })),
      ])
      return { node, health, stats, settings, network, jobs, log }
    }
    const found = await facts().catch(error => ({ node: { error: describeFailure(error) } }))
    const bundle = withoutSecrets({ at: new Date().toISOString(), machine, ...found }, homedir())
    if (output.json) return output.object(bundle)
    for (const line of JSON.stringify(bundle, null, 2).split('\n')) output.line(line)
  },
})

async function networkFacts(api: NodeApi) {
  const [status, { items: peers }, { items: provided }] = await Promise.all([
    api.getNetwork({}),
    api.listNetworkPeers({}),
    api.listProvided({}),
  ])
  return { ...status, peers, provided: provided.length }
}
