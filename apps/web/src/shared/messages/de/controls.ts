import type { Translation } from '@shoal/messages'
import type { controls as english } from '../en/controls.ts'

export const controls: Translation<typeof english> = {
  name: 'Shoal',
  skip: 'Zum Inhalt springen',
  navigation: 'Hauptmenü',
  theme: { label: 'Farbschema', system: 'System', light: 'Hell', dark: 'Dunkel' },
  simulated: 'Simulation',
  loading: 'Wird geladen',
  failure: {
    title: 'Auf dieser Seite ist etwas schiefgegangen',
    body: 'Meist hilft es, sie neu zu laden. Einzelheiten:',
    reload: 'Neu laden',
  },
  close: 'Schließen',
  back: 'Zurück',
  cancel: 'Abbrechen',
  save: 'Speichern',
  retry: 'Erneut versuchen',
  copy: 'Kopieren',
  copied: 'Kopiert',
  copyOf: '{what} kopieren',
  copiedOf: '{what} kopiert',
  qr: { enlarge: 'Vergrößern', png: 'Als PNG speichern', svg: 'Als SVG speichern' },
  notifications: 'Meldungen',
  failed: 'Das hat nicht geklappt',
  unknown: 'Etwas ist schiefgegangen.',
}

export default controls
