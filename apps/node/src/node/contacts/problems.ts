import type { ContactAlarm } from '@shoal/api'
import { SHOAL } from '../../base/program.ts'

/** Returns a sentence for the health report and the log. */
export function problemOf(did: string, { kind, atMs, detail }: ContactAlarm): string {
  const date = new Date(atMs).toISOString().slice(0, 10)
  return `${SENTENCES[kind](did, detail ?? '')} Noticed on ${date}. ${SHOAL} people dismiss ${did} ends this message`
}

const SENTENCES: Readonly<Record<ContactAlarm['kind'], (did: string, detail: string) => string>> = {
  older: did =>
    `The contact ${did} sent a device list that is older than the known one: its sender does not know the new one, or conceals that a device was removed.`,
  forked: did =>
    `The contact ${did} has two different device lists with one number: somebody else has the root key. Ask the person.`,
  rotated: did =>
    `The root key of the contact ${did} was replaced by its successor. Ask the person whether that is right, and compare keys again.`,
  changed: (did, before) =>
    `A node that showed you ${before} shows another person now: ${did}. Ask whose node it is.`,
  unverified: did =>
    `The keys that you had verified are not those of the contact ${did} any more. Compare keys again.`,
}
