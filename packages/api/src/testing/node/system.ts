import { LOG_LEVELS } from '../../choices.ts'
import { CONTRACTS } from '../../contracts.ts'
import type { Implemented } from '../../operations.ts'
import type { Settings } from '../../settings.ts'
import type { SYSTEM } from '../../system.ts'
import { listFolder } from './folders.ts'
import { found } from './refusals.ts'
import type { SimulatedState } from './state.ts'

export function system(state: SimulatedState): Implemented<typeof SYSTEM> {
  return {
    listJobs: async () => ({ items: [...state.jobs.values()].map(({ job }) => ({ ...job })) }),
    getJob: async ({ id }) => ({ ...found(state.jobs, id, 'job').job }),
    async cancelJob({ id }) {
      const { job } = found(state.jobs, id, 'job')
      if (job.state === 'running' || job.state === 'waiting')
        Object.assign(job, { state: 'cancelled', endedMs: state.clock.nowMs(), bytesPerSecond: 0 })
      else state.jobs.delete(id)
      state.tellJob(job)
      return { ...job }
    },
    getSettings: async () => structuredClone(state.settings),
    async changeSettings(change) {
      const merged = { ...state.settings } as Record<string, object>
      for (const [section, members] of Object.entries(change))
        if (members) merged[section] = { ...merged[section], ...members }
      state.settings = merged as Settings
      state.emit({ type: 'settings' })
      return structuredClone(state.settings)
    },
    getNode: async () => ({
      version: '0.1.0',
      apiVersion: 1,
      startedMs: state.startedMs,
      directory: state.settings.downloads.directory,
      allowedDirectories: ['/home/ana'],
      peerPort: state.settings.network.port,
      takenPeerPort: null,
      platform: 'Linux 6.12',
      fixedSettings: ['network.port'],
      capabilities: CONTRACTS.map(({ name }) => name),
    }),
    getStats: async () => state.stats(),
    listFolders: async ({ path }) => listFolder(path),
    async listLog({ level, torrent, after = 0, limit }) {
      const fitting = state.log.filter(
        entry =>
          LOG_LEVELS.indexOf(entry.level) >= LOG_LEVELS.indexOf(level) &&
          entry.id > after &&
          (torrent === undefined || entry.torrent === torrent),
      )
      return { items: fitting.slice(-limit) }
    },
    getHealth: async () => ({ status: 'ok', version: '0.1.0', problems: [] }),
    async restartNode() {
      return {}
    },
    async stopNode() {
      state.isStopped = true
      return {}
    },
  }
}
