import type { Translation } from '@shoal/messages'
import type english from '../en/passkeys.ts'

const passkeys: Translation<typeof english> = {
  title: 'Passkeys',
  body: 'Melden Sie sich mit Fingerabdruck, Gesicht oder PIN an.',
  none: 'Noch keine.',
  notHere: 'Passkeys gibt es nur bei Adressen mit Namen und https.',
  login: 'Mit einem Passkey anmelden',
  loginHint: 'Ihr Fingerabdruck, Ihr Gesicht oder Ihre PIN.',
  cancelled: 'Der Browser hat abgebrochen. Versuchen Sie es noch einmal.',
  add: 'Passkey hinzufügen',
  name: 'Name des Passkeys',
  added: 'hinzugefügt {date}',
  used: 'zuletzt benutzt {ago}',
  remove: '{name} entfernen',
  done: 'Passkey hinzugefügt',
}

export default passkeys
