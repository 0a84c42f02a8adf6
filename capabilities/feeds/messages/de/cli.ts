export default {
  feeds: {
    summary: 'RSS- und Atom-Feeds abonnieren',
    about:
      'list zeigt die Feeds; add URL abonniert einen Feed; items ID zeigt seine Einträge; filter ID fügt einen Filter hinzu oder ersetzt mit --clear alle; refresh ID liest ihn sofort; remove ID … beendet Abonnements.\n\nFilter wählen aus, was automatisch heruntergeladen wird: Einträge, deren Titel alle Wörter von --include und keines von --exclude enthält. /…/ ist ein regulärer Ausdruck. Ohne Filter wird nichts heruntergeladen.',
    action: 'list, add, items, filter, refresh oder remove. Standard: list',
    word: 'die URL oder die ID des Feeds',
    options: {
      include: 'Für einen Filter: Wörter, die der Titel enthalten muss; "" für alle Einträge',
      exclude: 'Für einen Filter: Wörter, die der Titel nicht enthalten darf',
      label: 'Für einen Filter: Label der Downloads',
      out: 'Für einen Filter: Ordner der Downloads',
      paused: 'Für einen Filter: Torrents pausiert hinzufügen',
      clear: 'Bei filter: bestehende Filter entfernen',
      every: 'Abstand in Minuten, in dem der Feed gelesen wird. Standard: 30',
    },
    examples: {
      add: 'Abonniert den Feed und lädt Einträge herunter, die beide Wörter enthalten',
      items: 'Zeigt die Einträge eines Feeds',
    },
    none: 'Es gibt keine Feeds: {shoal} feeds add URL abonniert einen',
    noItems: 'Der Feed hat noch keine Einträge',
    unreadable:
      'Dieser Feed lässt sich nicht lesen: {reason}. Er bleibt abonniert und wird erneut versucht; {shoal} feeds remove {id} entfernt ihn',
    needsChange: 'Geben Sie --include, --clear oder --every an',
    needsWords: 'Ein Filter erfordert --include oder --exclude; --include "" wählt alle Einträge',
    removed: { one: '{count} Feed entfernt', other: '{count} Feeds entfernt' },
    columns: {
      id: 'ID',
      title: 'Titel',
      url: 'URL',
      filters: 'Filter',
      every: 'Abstand',
      read: 'Gelesen',
      published: 'Veröffentlicht',
      added: 'Hinzugefügt',
      source: 'Quelle',
    },
    minutes: '{minutes} min',
    failed: 'fehlgeschlagen: {reason}',
    notYet: 'noch nicht',
    yes: 'ja',
  },
} as const
