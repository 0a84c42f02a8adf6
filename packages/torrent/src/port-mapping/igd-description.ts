/** The description of a UPnP Internet Gateway Device: the services that map ports. No I/O. */
import { fromUtf8 } from '../base/bytes.ts'
import { parseServiceUrl, type RouterUrl } from './router-url.ts'
import { childOf, parseXml, textOf, type XmlElement } from './xml.ts'

/** Largest description that is read; real ones have 2 to 20 KB. */
export const MAX_DESCRIPTION_BYTES = 256 * 1024
const MAX_SERVICES = 8

/** Services that map IPv4 ports, best first: version 2 (IGD 2) can choose a free port by itself. */
export const CONNECTION_TYPES = [
  'urn:schemas-upnp-org:service:WANIPConnection:2',
  'urn:schemas-upnp-org:service:WANIPConnection:1',
  'urn:schemas-upnp-org:service:WANPPPConnection:1',
] as const
/** The service that opens IPv6 pinholes. */
export const FIREWALL_TYPE = 'urn:schemas-upnp-org:service:WANIPv6FirewallControl:1'

export interface IgdService {
  readonly type: string
  readonly controlUrl: RouterUrl
}

/**
 * Returns the services that map ports, best first, at most eight. Throws `bad-message` for a
 * description that is not XML.
 */
export function readDescription(bytes: Uint8Array, location: RouterUrl): IgdService[] {
  const root = parseXml(fromUtf8(bytes).replace(/^\uFEFF/, ''))
  // UPnP Device Architecture 1.0: URLBase replaces the URL of the description. It must stay on the
  // same host, too.
  const base = parseServiceUrl(textOf(root, 'URLBase') || '/', location) ?? location
  const wanted: readonly string[] = [...CONNECTION_TYPES, FIREWALL_TYPE]
  const services: IgdService[] = []
  for (const service of servicesOf(childOf(root, 'device'))) {
    const type = textOf(service, 'serviceType') ?? ''
    const url = textOf(service, 'controlURL') ?? ''
    const controlUrl = url === '' || !wanted.includes(type) ? null : parseServiceUrl(url, base)
    if (controlUrl) services.push({ type, controlUrl })
  }
  services.sort((a, b) => wanted.indexOf(a.type) - wanted.indexOf(b.type))
  return services.slice(0, MAX_SERVICES)
}

/** The services of a device and of the devices in it. */
function* servicesOf(device: XmlElement | undefined): Generator<XmlElement> {
  for (const service of childOf(device, 'serviceList')?.children ?? [])
    if (service.name === 'service') yield service
  for (const inner of childOf(device, 'deviceList')?.children ?? [])
    if (inner.name === 'device') yield* servicesOf(inner)
}
