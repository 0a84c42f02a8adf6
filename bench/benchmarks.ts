/** All benchmarks by name, in the order in which they run. Each is loaded only when it runs. */
import type { Benchmark } from './bench.ts'

export const BENCHMARKS: Readonly<Record<string, Benchmark['run']>> = {
  download: async options => (await import('./download.ts')).run(options),
  upload: async options => (await import('./upload.ts')).run(options),
  swarm: async options => (await import('./swarm.ts')).run(options),
  utp: async options => (await import('./utp.ts')).run(options),
  libp2p: async options => (await import('./libp2p.ts')).run(options),
  'network-idle': async options => (await import('./network-idle.ts')).run(options),
  peers: async options => (await import('./peers.ts')).run(options),
  'utp-links': async options => (await import('./utp-links.ts')).run(options),
  'create-recheck': async options => (await import('./create-recheck.ts')).run(options),
  many: async options => (await import('./many.ts')).run(options),
  'node-load': async options => (await import('./node-load.ts')).run(options),
  sources: async options => (await import('./sources.ts')).run(options),
  picker: async options => (await import('./picker.ts')).run(options),
  'flash-crowd': async options => (await import('./flash-crowd.ts')).run(options),
  tracker: async options => (await import('./tracker.ts')).run(options),
  hub: async options => (await import('./hub.ts')).run(options),
  'hub-search': async options => (await import('./hub-search.ts')).run(options),
  chat: async options => (await import('./chat.ts')).run(options),
  http: async options => (await import('./http.ts')).run(options),
  browser: async options => (await import('./browser.ts')).run(options),
  search: async options => (await import('./search.ts')).run(options),
  'search-network': async options => (await import('./search-network.ts')).run(options),
}
