/** Messages of UPnP control (UPnP Device Architecture 1.1, section 3). No I/O. */
import { fromUtf8 } from '../base/bytes.ts'
import { childOf, escapeXml, parseXml, textOf } from './xml.ts'

/** Largest answer that is read; real ones have a few hundred bytes. */
export const MAX_ANSWER_BYTES = 64 * 1024

/** Values of an action or its answer, by name. */
export type SoapValues = Readonly<Record<string, string>>

/** An error that a device reports in its answer. */
export class UpnpError extends Error {
  /** Section 3.2.6, and the definition of the service. */
  readonly upnpCode: number

  constructor(upnpCode: number, description: string) {
    super(description)
    this.name = 'UpnpError'
    this.upnpCode = upnpCode
  }
}

/** Section 3.1.1: arguments must be in the order of the service's definition. */
export function encodeAction(serviceType: string, action: string, values: SoapValues): string {
  const list = Object.entries(values).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`)
  return (
    '<?xml version="1.0"?>\r\n' +
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">' +
    `<s:Body><u:${action} xmlns:u="${serviceType}">${list.join('')}</u:${action}></s:Body></s:Envelope>\r\n`
  )
}

export function actionHeaders(serviceType: string, action: string): Record<string, string> {
  return { 'content-type': 'text/xml; charset="utf-8"', soapaction: `"${serviceType}#${action}"` }
}

/**
 * Decodes the answer to an action. Throws UpnpError if it is an error of the device, and
 * `bad-message` if it is not an answer.
 */
export function decodeAnswer(bytes: Uint8Array, action: string): SoapValues {
  const body = childOf(parseXml(fromUtf8(bytes).replace(/^\uFEFF/, '')), 'Body')
  const fault = childOf(body, 'Fault')
  if (fault) {
    const error = childOf(childOf(fault, 'detail'), 'UPnPError')
    const code = textOf(error, 'errorCode') ?? ''
    const description = textOf(error, 'errorDescription') ?? textOf(fault, 'faultstring') ?? ''
    throw new UpnpError(/^\d{3}$/.test(code) ? Number(code) : 501, printable(description))
  }
  const answer = childOf(body, `${action}Response`)
  if (!answer) throw new UpnpError(501, 'the answer has no result')
  return Object.fromEntries(answer.children.map(({ name, text }) => [name, text]))
}

/** Texts of a device are shown to users: one short line. */
function printable(text: string): string {
  return text
    .replace(/[^\p{L}\p{N}\p{P}\p{S}]+/gu, ' ')
    .trim()
    .slice(0, 120)
}
