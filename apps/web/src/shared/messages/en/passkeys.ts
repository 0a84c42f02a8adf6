/** The texts about passkeys. */
export default {
  title: 'Passkeys',
  body: 'Log in with your fingerprint, face or PIN.',
  none: 'None yet.',
  notHere: 'Passkeys work at addresses with a name and https only.',
  login: 'Log in with a passkey',
  loginHint: 'Your fingerprint, face or PIN.',
  cancelled: 'The browser cancelled it. Try again.',
  add: 'Add a passkey',
  name: 'Name of the passkey',
  added: 'added {date}',
  used: 'last used {ago}',
  remove: 'Remove {name}',
  done: 'Passkey added',
} as const
