import { readNodeFile, runs } from '../../base/node-file.ts'
import { SHOAL } from '../../base/program.ts'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { CommandFailure } from '../failure.ts'
import { texts } from '../texts.ts'

const STOP_MS = 30_000
const LOOK_MS = 100

export const stop = defineCommand({
  about: texts.stop.about,
  positionals: [],
  options: NODE_OPTIONS,
  examples: [['stop', texts.stop.example]],
  async run(_words, options, { output, interrupt }) {
    const { api, address } = await openNode(options, interrupt.signal)
    const { dataDir, url } = address
    const before = dataDir === null ? null : await readNodeFile(dataDir)
    await api.stopNode({})
    const until = performance.now() + STOP_MS
    // The node has saved everything once its process has ended. On another machine, only its port
    // shows that.
    const isThere = async () => {
      if (before) return runs(before.pid)
      return fetch(url, { signal: AbortSignal.timeout(LOOK_MS * 20) }).then(
        () => true,
        () => false,
      )
    }
    while (await isThere()) {
      interrupt.signal.throwIfAborted()
      if (performance.now() > until)
        throw new CommandFailure('timeout', texts.stop.stillRunning({ url, shoal: SHOAL }))
      await new Promise(resolve => setTimeout(resolve, LOOK_MS))
    }
    if (output.json) output.object({ stopped: url })
    else output.line(texts.stop.stopped({ url }))
  },
})
