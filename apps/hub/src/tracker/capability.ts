import { TRACKER } from '@shoal/hub-api/tracker'
import { capability } from '../kernel/capability.ts'
import { TrackerFronts } from './fronts.ts'
import { trackerFamilies } from './metrics.ts'
import { addTrackerRoutes } from './routes.ts'
import { TRACKER_FRONTS } from './service.ts'

export const tracker = capability({
  contract: TRACKER,
  provides: { fronts: TRACKER_FRONTS },
  start(kernel) {
    const fronts = new TrackerFronts(kernel)
    return {
      provides: { fronts },
      metrics: () => trackerFamilies(fronts.stats()),
      health: () => (fronts.isCutOff ? ['the other processes cannot be reached'] : []),
      notReady: () => (fronts.isCatchingUp ? 'asking the other processes for the swarms' : null),
      routes: scope => addTrackerRoutes(scope, fronts, kernel.given),
      onHttpServer: server => fronts.attachTo(server),
      begin: () => fronts.begin(),
      stopAccepting: () => fronts.stopAccepting(),
      drain: withinMs => fronts.drain(withinMs),
      close: () => fronts.close(),
    }
  },
})
