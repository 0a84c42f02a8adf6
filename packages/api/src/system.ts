import { z } from 'zod'
import { LOG_LEVELS } from './choices.ts'
import { contract, operation } from './contract.ts'
import { withStatus } from './errors.ts'
import { HostFile, Id, Nothing, TorrentId } from './schemas/common.ts'
import { Job } from './schemas/job.ts'
import { FolderListing, Health, LogEntry, NodeInfo, NodeStats } from './schemas/node.ts'
import { Settings, SettingsChange } from './settings.ts'

/**
 * The node as a whole: jobs, settings, statistics, folders, log. It includes the settings of all
 * other contracts and therefore comes after them.
 */
export const SYSTEM = contract({
  name: 'system',
  operations: {
    listJobs: operation({
      method: 'GET',
      path: '/api/jobs',
      effect: 'read',
      area: 'jobs',
      summary: 'List running jobs and the latest finished ones',
      input: z.object({}),
      output: z.object({ items: z.array(Job) }),
    }),
    getJob: operation({
      method: 'GET',
      path: '/api/jobs/{id}',
      effect: 'read',
      area: 'jobs',
      summary: 'Get one job',
      input: z.object({ id: Id }),
      output: Job,
    }),
    cancelJob: operation({
      method: 'DELETE',
      path: '/api/jobs/{id}',
      effect: 'delete',
      evenIfFull: true,
      area: 'jobs',
      summary: 'Cancel a job, or remove a finished one from the list',
      input: z.object({ id: Id }),
      output: Job,
    }),
    getSettings: operation({
      method: 'GET',
      path: '/api/settings',
      effect: 'read',
      area: 'settings',
      summary: 'Get all settings',
      input: z.object({}),
      output: Settings,
    }),
    changeSettings: operation({
      method: 'PATCH',
      path: '/api/settings',
      effect: 'write',
      changes: 'getSettings',
      area: 'settings',
      summary:
        'Change settings; they take effect immediately. Another proxy, network interface or name server restarts the node in place',
      input: SettingsChange,
      output: Settings,
      errors: {
        ...withStatus(400, 'unsafe-path'),
        ...withStatus(403, 'forbidden-path', 'forbidden'),
        ...withStatus(409, 'fixed', 'address-in-use'),
        // The engine could not use a port.
        ...withStatus(502, 'refused'),
      },
      idempotent: true,
    }),
    getNode: operation({
      method: 'GET',
      path: '/api/node',
      effect: 'read',
      area: 'node',
      summary: 'Get information about the node: version, capabilities, folders, port',
      input: z.object({}),
      output: NodeInfo,
    }),
    getStats: operation({
      method: 'GET',
      path: '/api/stats',
      effect: 'read',
      area: 'node',
      summary: 'Get rates, totals, connections and disk space',
      input: z.object({}),
      output: NodeStats,
    }),
    listFolders: operation({
      method: 'GET',
      path: '/api/folders',
      effect: 'read',
      area: 'node',
      summary: 'List a folder on the node’s machine, within the allowed folders',
      input: z.object({ path: HostFile.optional() }),
      output: FolderListing,
      errors: withStatus(403, 'forbidden-path'),
    }),
    listLog: operation({
      method: 'GET',
      path: '/api/log',
      effect: 'read',
      area: 'node',
      summary: 'List the latest log entries, oldest first',
      input: z.object({
        level: z.enum(LOG_LEVELS).default('info'),
        torrent: TorrentId.optional(),
        after: z.number().int().min(0).optional().meta({ description: 'Only entries with a higher id' }),
        limit: z.number().int().min(1).max(1000).default(200),
      }),
      output: z.object({ items: z.array(LogEntry) }),
    }),
    getHealth: operation({
      method: 'GET',
      path: '/health',
      effect: 'read',
      access: 'open',
      area: 'node',
      summary: 'Check the health of the node',
      input: z.object({}),
      output: Health,
    }),
    stopNode: operation({
      method: 'POST',
      path: '/api/node/stop',
      effect: 'write',
      evenIfFull: true,
      area: 'node',
      summary: 'Stop the node',
      input: z.object({}),
      output: Nothing,
      idempotent: true,
    }),
    restartNode: operation({
      method: 'POST',
      path: '/api/node/restart',
      effect: 'write',
      evenIfFull: true,
      area: 'node',
      summary:
        'Restart the node in place; answers when it is closed, and the next request waits until it runs again',
      input: z.object({}),
      output: Nothing,
      idempotent: true,
    }),
  },
  events: {
    topics: {
      stats: [z.object({ type: z.literal('stats'), stats: NodeStats })],
      jobs: [z.object({ type: z.literal('job'), job: Job })],
      log: [z.object({ type: z.literal('log'), entries: z.array(LogEntry) })],
      /** The settings changed, or who can reach the node. */
      settings: [z.object({ type: z.literal('settings') })],
    },
    everyone: [
      /**
       * The first event. A list with this `revision` is up to date. If `startedMs` changed, the
       * node was restarted: read everything again.
       */
      z.object({ type: z.literal('hello'), revision: z.number(), startedMs: z.number() }),
      /** The client was too slow and missed events: read everything again. */
      z.object({ type: z.literal('resync') }),
    ],
    invalidates: { settings: ['getSettings', 'getNode', 'getHealth'] },
  },
  commands: ['stop', 'restart', 'open', 'shell', 'jobs', 'settings', 'log', 'health', 'debug', 'api'],
})
