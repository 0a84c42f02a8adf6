export default {
  'watch-missing': 'der überwachte Ordner {path} ist nicht lesbar: Es wird regelmäßig erneut versucht',
  'watch-refused':
    '{path} lässt sich nicht hinzufügen: {why}. Entfernen Sie die Datei, oder ersetzen Sie sie durch eine richtige',
} as const
