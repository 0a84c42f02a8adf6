export default {
  note: {
    summary: 'Ihre Notiz zu einem Torrent anzeigen oder schreiben',
    about: 'Notizen gehören Ihnen: Sie bleiben auf dem Node und werden mit dem Torrent entfernt.',
    text: 'die neue Notiz; "" entfernt sie. Standard: Notiz anzeigen',
    none: 'Es gibt keine Notiz',
    examples: {
      read: 'Zeigt die Notiz',
      write: 'Schreibt sie',
      remove: 'Entfernt sie',
    },
  },
} as const
