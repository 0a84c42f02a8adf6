export default {
  directory: 'Ordner',
  label: 'Label',
  paused: 'Pausiert hinzufügen',
  action: 'Danach',
  actions: { rename: '.torrent-Datei umbenennen', delete: '.torrent-Datei löschen' },
  add: 'Ordner überwachen',
  remove: '{folder} nicht mehr überwachen',
  none: 'Keine überwachten Ordner.',
} as const
