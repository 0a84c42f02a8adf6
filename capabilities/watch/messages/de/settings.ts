export default {
  'automation.watch': {
    title: 'Überwachte Ordner',
    description: '.torrent-Dateien in diesen Ordnern werden automatisch hinzugefügt.',
  },
}
