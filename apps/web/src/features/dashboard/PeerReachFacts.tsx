import {
  dialedAddress,
  type FamilyReach,
  type PeerReach,
  type PortMapping,
  portMappingWords,
  transportName,
} from '@shoal/api'
import layout from '../../shared/controls/layout.module.css'
import { Notice } from '../../shared/controls/Panels.tsx'
import { formatTime } from '../../shared/format/format.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useAskedEvery, useNode } from '../../shared/node/context.tsx'
import { reachAdvice } from '../../shared/node/reach-advice.ts'
import styles from './Dashboard.module.css'

const t = texts.pages.dashboard.peerReach
/** A router answers within seconds, and peers connect at any time. */
const ASK_AGAIN_MS = 15_000

/** Whether peers from outside can connect, asked again and again. */
export function usePeerReach(): PeerReach | undefined {
  const { api } = useNode()
  return useAskedEvery(ASK_AGAIN_MS, signal => api.getPeerReach({}, { signal }), []).value
}

/** Whether others can connect in a sentence, what to do if not, what is known for each family, and the ports that routers opened. */
export function PeerReachDetails({ reach }: { reach: PeerReach }) {
  const { state, reason } = reach
  const advice = reachAdvice(reach, String(reach.port))
  const open = reach.mappings.filter(({ externalPort }) => externalPort !== null)
  return (
    <div className={`${layout.stack3} ${styles.reach}`}>
      <Notice tone={state === 'unreachable' ? 'warn' : 'info'}>
        <p>{t.reasons[reason]}</p>
        {advice !== null && <p>{advice}</p>}
      </Notice>
      <ul className={`${layout.soft} ${layout.stack1}`}>
        {state !== 'off' && (
          <>
            <FamilyItem name="IPv4" family={reach.ipv4} reach={reach} />
            <FamilyItem name="IPv6" family={reach.ipv6} reach={reach} />
          </>
        )}
        {open.map(mapping => (
          <li key={`${mapping.transport} ${mapping.internalAddress}`}>{mappingText(mapping)}</li>
        ))}
      </ul>
    </div>
  )
}

function FamilyItem({ name, family, reach }: { name: string; family: FamilyReach; reach: PeerReach }) {
  const address = dialedAddress(family)
  // The sentence above already gives the reason.
  const verdict = family.reason === reach.reason ? t.states[family.state] : t.reasons[family.reason]
  const arrivals = family.arrivals.map(({ transport, host, atMs }) =>
    t.arrival({ transport: transportName(transport), host, time: formatTime(atMs) }),
  )
  const more = [...(address === null ? [] : [t.address({ address })]), ...arrivals]
  return (
    <li className={layout.break}>
      {t.family({ family: name, verdict })}
      {more.map(line => (
        <div key={line}>{line}</div>
      ))}
    </li>
  )
}

function mappingText(mapping: PortMapping): string {
  const words = portMappingWords(mapping)
  return mapping.expiresMs === null
    ? t.permanent(words)
    : t.mapping({ ...words, time: formatTime(mapping.expiresMs) })
}
