import {
  dialedAddress,
  type FamilyReach,
  type PeerReach,
  type PortMapping,
  portMappingWords,
  transportName,
} from '@shoal/api'
import layout from '../../shared/controls/layout.module.css'
import { formatTime } from '../../shared/format/format.ts'
import { texts } from '../../shared/messages/texts.ts'
import { PeerReachNotice } from '../../shared/reach/PeerReachNotice.tsx'

const t = texts.pages.dashboard.peerReach
/**
 * Says whether peers can connect and what to do if not, what is known for each address family, and
 * which ports routers have opened.
 */
export function PeerReachDetails({ reach, onTested }: { readonly reach: PeerReach; onTested(): void }) {
  const { state } = reach
  const open = reach.mappings.filter(({ externalPort }) => externalPort !== null)
  return (
    <div className={`${layout.stack3} ${layout.above}`}>
      <PeerReachNotice reach={reach} onTested={onTested} />
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
