/** Texts about the user's own key, for all places where the console asks for it. */
export const ownKey = {
  title: 'Your key',
  intro:
    'A key proves that this comes from you. Make one, or choose the file of one that you have. It stays in this browser: the node gets signatures only.',
  make: 'Make a key',
  makeIntro:
    'Your key is a small file, which opens with a passphrase. Others cannot use it without the passphrase, and neither can you.',
  madeKept:
    'Your key is ready. This browser keeps it, encrypted with its passphrase. Save its file too: browsers delete what sites keep, and other devices need it.',
  madeNotKept:
    'Your key is ready. This browser keeps nothing, as in a private window: save its file, which you choose the next time.',
  lost: 'Nobody can recover a lost key or a forgotten passphrase: your links would then stay at their last version.',
  continue: 'Continue',
  ready: 'Your new key is open. Next time only its passphrase is asked for:',
  kept: 'This browser keeps your key, encrypted with its passphrase:',
  passphrase: 'Passphrase of the key',
  other: 'Use another key file',
  useKept: 'Use the key that this browser keeps',
  forgetIt: 'Forget it here',
  forgetTitle: 'Forget your key in this browser?',
  forgetBody:
    'Without its file nobody can publish new versions of your links or change your list of devices any more. Save the file first, if you do not have it.',
  forget: 'Forget the key',
  forgotten: 'This browser has forgotten your key',
  file: 'Your key file',
  orFile: 'Or choose your key file',
  fileHint: 'identity.age, made here, on the share page or by “shoal key new”',
  keep: 'Keep it in this browser',
  keepInstead: 'Keep it in this browser, in place of the other',
  keepHint: 'Encrypted with its passphrase, which is asked for each time.',
  none: 'Make a key, or choose your key file.',
} as const
