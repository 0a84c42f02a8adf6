import type { NodeOperations } from '@shoal/api'
import { SimulatedNode, type SimulatedTorrent } from '@shoal/api/testing/node'

/** A simulated node without torrents, with helpers for other capabilities' tests. */
export class SimulatedTorrents {
  readonly node = new SimulatedNode({ traffic: 'empty', torrents: 0 })
  /** Thrown by the next call of addTorrent. */
  nextFault: Error | null = null
  readonly operations: NodeOperations = {
    ...this.node.operations,
    addTorrent: async (input, options) => {
      const fault = this.nextFault
      this.nextFault = null
      if (fault) throw fault
      return this.node.operations.addTorrent(input, options)
    },
  }

  get names(): string[] {
    return this.rows.map(({ name }) => name)
  }

  get rows(): SimulatedTorrent['row'][] {
    return [...this.node.state.torrents.values()].map(({ row }) => row)
  }

  /** Throws if there is no torrent with this name. */
  named(name: string): SimulatedTorrent['row'] {
    const row = this.rows.find(each => each.name === name)
    if (!row) throw new Error(`there is no torrent ${name}`)
    return row
  }
}
