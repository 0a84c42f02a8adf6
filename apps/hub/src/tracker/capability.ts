import { TRACKER } from '@shoal/hub-api/tracker'
import { capability } from '../kernel/capability.ts'
import { STUN } from '../stun/service.ts'
import { TrackerFronts } from './fronts.ts'
import { trackerFamilies } from './metrics.ts'
import { addTrackerRoutes, statisticsPath } from './routes.ts'
import { TRACKER_FRONTS } from './service.ts'

export const tracker = capability({
  contract: TRACKER,
  wants: { stun: STUN },
  provides: { fronts: TRACKER_FRONTS },
  start(kernel, { stun }) {
    const fronts = new TrackerFronts(kernel, stun)
    const path = statisticsPath(kernel.given)
    return {
      provides: { fronts },
      metrics: () => trackerFamilies(fronts.stats()),
      health: () => (fronts.isCutOff ? ['the other processes cannot be reached'] : []),
      notReady: () => (fronts.isCatchingUp ? 'asking the other processes for the swarms' : null),
      routes: scope => addTrackerRoutes(scope, fronts, kernel.given),
      onHttpServer: server => fronts.attachTo(server),
      listen: server => fronts.listen(server),
      unlisten: () => fronts.unlisten(),
      overview: () => ({
        isPrivate: fronts.isPrivate,
        statistics: path && `${kernel.running().origins[0]}${path}`,
        process: fronts.process,
      }),
      reload: () => fronts.readLists(),
      begin: () => fronts.begin(),
      stopAccepting: () => fronts.stopAccepting(),
      drain: withinMs => fronts.drain(withinMs),
      close: () => fronts.close(),
    }
  },
})
