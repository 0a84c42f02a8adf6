export default {
  label: 'Ihre Notiz zu diesem Torrent',
  hint: 'Sie bleibt auf Ihrem Node und wird mit dem Torrent entfernt.',
  save: 'Notiz speichern',
  saved: 'Notiz gespeichert',
  removed: 'Notiz entfernt',
  changed: 'Zuletzt geändert {when}',
  elsewhere: 'Die Notiz wurde anderswo geändert.',
  show: 'Jene anzeigen',
} as const
