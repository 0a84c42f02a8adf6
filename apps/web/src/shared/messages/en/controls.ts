/** Texts of the controls that all pages share. */
export const controls = {
  name: 'Shoal',
  skip: 'Skip to content',
  navigation: 'Main',
  theme: { label: 'Theme', system: 'System', light: 'Light', dark: 'Dark' },
  simulated: 'Simulation',
  loading: 'Loading',
  failure: {
    title: 'Something went wrong on this page',
    body: 'Reloading usually helps. Details:',
    reload: 'Reload',
  },
  close: 'Close',
  back: 'Back',
  cancel: 'Cancel',
  save: 'Save',
  retry: 'Try again',
  copy: 'Copy',
  copied: 'Copied',
  copyOf: 'Copy {what}',
  copiedOf: '{what} copied',
  qr: { enlarge: 'Enlarge', png: 'Save as PNG', svg: 'Save as SVG' },
  notifications: 'Notifications',
  failed: 'Something went wrong',
  unknown: 'Something went wrong.',
} as const

export default controls
