import ofCapabilities from './de/of-capabilities.ts'

/** German titles and descriptions of the settings. Their contracts have the English ones. */
const settings = {
  'downloads.directory': {
    title: 'Download-Ordner',
    description:
      'Standardordner für Downloads. Ein Label oder ein einzelner Download kann einen anderen verwenden.',
  },
  'downloads.preallocate': {
    title: 'Speicherplatz vorab belegen',
    description:
      'Belegt vor dem Herunterladen die volle Größe jeder Datei, sodass fehlender Platz sofort auffällt.',
  },
  'downloads.layout': {
    title: 'Ordnerstruktur',
    description:
      'Ob der Inhalt eines neuen Torrents einen eigenen Ordner erhält. „Unterordner“ legt für eine einzelne Datei einen an, „kein Unterordner“ lässt den des Torrents weg.',
  },
  'downloads.startPaused': {
    title: 'Pausiert hinzufügen',
    description: 'Neue Torrents bleiben pausiert, bis Sie sie fortsetzen.',
  },
  'downloads.linkedTorrents': {
    title: 'Von Webservern genannte Torrents verwenden',
    description:
      'Nennt der Server einer Datei, die Sie über ihren Link hinzufügen, einen Torrent davon, lädt dieser die Datei herunter, vom Server und von Peers. Tracker und Peers sehen dann, dass Sie sie herunterladen.',
  },
  'downloads.completeDirectory': {
    title: 'Nach Abschluss verschieben',
    description:
      'Vollständige Downloads werden hierher verschoben, außer wenn ihr Label einen eigenen Ordner hat.',
  },
  'network.port': {
    title: 'Peer-Port',
    description: 'TCP- und UDP-Port für eingehende Verbindungen. 0 verwendet irgendeinen freien Port.',
  },
  'network.portMapping': {
    title: 'Port im Router öffnen',
    description:
      'Bittet den Router über PCP, NAT-PMP oder UPnP, Peers zum Port durchzulassen. Ohne dies leiten Sie den Port in den Einstellungen Ihres Routers weiter.',
  },
  'network.stun': {
    title: 'STUN beantworten',
    description:
      'Teilt Webseiten und anderen Programmen, die am UDP-Port fragen, ihre öffentliche Adresse mit, damit sie Wege zueinander finden.',
  },
  'network.encryption': {
    title: 'Verschlüsselung',
    description:
      '„Bevorzugt“ verschlüsselt Verbindungen zu Peers, die das unterstützen. „Erforderlich“ lehnt Peers ab, die es nicht tun.',
  },
  'network.dht': {
    title: 'DHT',
    description: 'Findet Peers ohne Tracker. Nie für private Torrents.',
  },
  'network.dhtNodes': {
    title: 'DHT-Knoten',
    description:
      'Dem DHT über diese Knoten, geschrieben als HOST:PORT, statt über die bekannten beitreten. Knoten, die von früher bekannt sind, werden auch gefragt.',
  },
  'network.lsd': {
    title: 'Lokale Peer-Suche',
    description: 'Findet Peers und Knoten des Shoal-Netzes im lokalen Netz und wird von ihnen gefunden.',
  },
  'network.pex': {
    title: 'Peer-Austausch (PEX)',
    description: 'Verbundene Peers tauschen die Adressen anderer Peers aus. Nie für private Torrents.',
  },
  'network.trackers': {
    title: 'Tracker',
    description: 'Fragt die Tracker eines Torrents nach Peers.',
  },
  'network.utp': {
    title: 'uTP',
    description:
      'Übertragungen über UDP, die Ihrem übrigen Datenverkehr Vorrang lassen und mehr Router überwinden. Wo uTP keine Verbindung bekommt, wird TCP verwendet.',
  },
  'network.webrtc': {
    title: 'WebRTC',
    description: 'Verbindet über Tracker, deren URL mit ws: oder wss: beginnt, mit Peers in Webbrowsern.',
  },
  'network.iceServers': {
    title: 'STUN- und TURN-Server',
    description:
      'Helfen WebRTC durch Firewalls: stun:HOST:PORT ermittelt Ihre öffentliche Adresse, turn:USER:SECRET@HOST:PORT leitet den Datenverkehr weiter. Hubs und Knoten, die Tracker eines Torrents sind, dienen in jedem Fall als STUN-Server.',
  },
  'network.proxy': {
    title: 'Proxy',
    description:
      'Server für den gesamten Datenverkehr: socks5://USER:PASSWORD@HOST:PORT oder http://USER:PASSWORD@HOST:PORT, beides auch ohne Name und Passwort. Das Passwort wird nicht wieder angezeigt. Eine Änderung startet den Knoten an Ort und Stelle neu.',
  },
  'network.proxyMode': {
    title: 'Proxy-Modus',
    description:
      '„strict“: Nichts verlässt den Rechner am Proxy vorbei, niemand kann sich mit diesem Knoten verbinden, und Peers und Tracker erfahren nicht, welches Programm Sie verwenden. „prefer“: Eingehende Verbindungen, lokale Peers, WebRTC und UDP, das der Proxy nicht weiterleitet, sind direkt. Eine Änderung startet den Knoten an Ort und Stelle neu.',
  },
  'network.interface': {
    title: 'Netzwerkschnittstelle',
    description:
      'Name wie tun0 oder wg0, oder eine IP-Adresse dieses Rechners: Nichts verlässt den Rechner außer durch diese Schnittstelle, und solange sie fehlt, wird nichts übertragen. Für VPNs. WebRTC ist aus. Nur unter Linux. Eine Änderung startet den Knoten an Ort und Stelle neu.',
  },
  'network.dnsServers': {
    title: 'DNS-Server',
    description:
      'IP-Adressen der Server, die durch die Netzwerkschnittstelle nach Namen gefragt werden. Leer: die des Systems. Eine Änderung startet den Knoten an Ort und Stelle neu.',
  },
  'network.publicUrl': {
    title: 'Öffentliche Adresse',
    description:
      'Adresse, unter der andere diesen Knoten erreichen, zum Beispiel http://203.0.113.7:8420. Torrents, die Sie teilen, enthalten dann seinen Tracker.',
  },
  'network.maxConnections': {
    title: 'Höchstzahl der Verbindungen',
    description: 'Für alle Torrents zusammen.',
  },
  'network.maxConnectionsPerTorrent': {
    title: 'Höchstzahl der Verbindungen pro Torrent',
    description: '',
  },
  'network.uploadSlots': {
    title: 'Upload-Plätze',
    description: 'Zu wie vielen Peers ein Torrent gleichzeitig hochlädt.',
  },
  'network.shareTrackers': {
    title: 'Tracker für neue Torrents',
    description:
      'Torrents, die Sie erstellen, melden sich bei diesen an, wenn Sie keine anderen wählen. Nie für private Torrents.',
  },
  'network.ownTracker': {
    title: 'Eingebauter Tracker',
    description:
      'Betreibt unter der Adresse dieses Knotens bei /announce einen Tracker, sodass Teilen keinen anderen Server braucht.',
  },
  'network.recognizePeers': {
    title: 'Shoal-Peers erkennen',
    description:
      'Beweist anderen Shoal-Peers verschlüsselt den Netzwerkschlüssel dieses Knotens und merkt sich, was sie gegeben und genommen haben. Peers mit gutem Ruf werden bevorzugt. Nie hinter einem strikten Proxy.',
  },
  'network.paymentAfterMiB': {
    title: 'Ereignis für Zahlungsprogramme nach (MiB)',
    description:
      'Für eigene Programme, die Peers bezahlen; Shoal selbst bezahlt nie. Sie bekommen das Ereignis payment-required, sobald so viele geprüfte Daten von einem Shoal-Peer kamen, und am Ende des Downloads. Leer: keine Ereignisse.',
  },
  'network.paymentAfterMinutes': {
    title: 'Ereignis für Zahlungsprogramme spätestens nach',
    description: 'Minuten, nach denen das Ereignis auch für weniger Daten gesendet wird. Leer: keine Grenze.',
  },
  'limits.downloadBytesPerSecond': {
    title: 'Download-Grenze',
    description: 'Für alle Torrents zusammen.',
  },
  'limits.uploadBytesPerSecond': {
    title: 'Upload-Grenze',
    description: 'Für alle Torrents zusammen.',
  },
  'limits.limitLocalPeers': {
    title: 'Grenzen auch für lokale Peers',
    description:
      'Begrenzt auch Übertragungen mit Peers in Ihrem eigenen Netz. Ausgeschaltet laufen diese mit voller Geschwindigkeit.',
  },
  'limits.alternative': {
    title: 'Alternative Grenzen',
    description: 'Verwendet stattdessen die beiden Grenzen unten, bis Sie zurückschalten.',
  },
  'limits.alternativeDownloadBytesPerSecond': {
    title: 'Alternative Download-Grenze',
    description: '',
  },
  'limits.alternativeUploadBytesPerSecond': {
    title: 'Alternative Upload-Grenze',
    description: '',
  },
  'limits.schedule': {
    title: 'Zeitplan',
    description: 'Andere Grenzen zu bestimmten Zeiten. Der erste passende Eintrag gilt.',
  },
  'queue.maxDownloads': {
    title: 'Aktive Downloads',
    description: 'Weitere Torrents warten in der Warteschlange. Leer: keine Grenze.',
  },
  'queue.maxSeeds': {
    title: 'Aktive Uploads',
    description: 'Weitere Torrents warten in der Warteschlange. Leer: keine Grenze.',
  },
  'seeding.ratioLimit': {
    title: 'Verhältnis-Grenze',
    description:
      'Das Seeden endet, sobald dieses Verhältnis von hochgeladenen zu heruntergeladenen Daten erreicht ist. Leer: keine Grenze.',
  },
  'seeding.timeLimitMinutes': {
    title: 'Zeitgrenze',
    description: 'Das Seeden endet nach so vielen Minuten. Leer: keine Grenze.',
  },
  'seeding.action': {
    title: 'Wenn eine Grenze erreicht ist',
    description: 'Was mit einem Torrent geschieht, der eine Seeding-Grenze erreicht hat.',
  },
  'automation.onComplete': {
    title: 'Nach Abschluss ausführen',
    description:
      'Ein Programm und seine Argumente, ohne Shell ausgeführt. {name}, {path}, {directory}, {id}, {label} und {bytes} werden ersetzt. Nur auf dem Rechner des Knotens, mit seinem Token oder beim Start einstellbar; ein Passwort genügt nicht.',
  },
  'shoal.enabled': {
    title: 'Shoal-Netz',
    description:
      'Findet Inhalte und andere Knoten ohne Tracker, und lässt sie finden, was Sie veröffentlichen. Aus bei einem Proxy und bei einer eigenen Netzwerkschnittstelle, an die es sich nicht halten kann.',
  },
  'shoal.port': {
    title: 'Netz-Port',
    description:
      'TCP- und UDP-Port für Verbindungen des Shoal-Netzes. 0 verwendet irgendeinen freien Port. Der nächste ist für WebSocket.',
  },
  'shoal.nodes': {
    title: 'Bekannte Knoten',
    description: 'Knoten, über die dem Netz beigetreten wird, zusätzlich zu denen in der DHT von BitTorrent.',
  },
  'shoal.provideDownloads': {
    title: 'Downloads anbieten',
    description:
      'Andere finden bei diesem Knoten auch vollständige Downloads, nicht nur, was Sie hier veröffentlicht haben. Nie private Torrents und versiegelte Freigaben.',
  },
  'shoal.findable': {
    title: 'Neue Freigaben sind durch Suche zu finden',
    description:
      'Veröffentlicht Titel, Dateien, Größen, Tags und Ihren Schlüssel zu allem, was Sie freigeben, für alle, die das Shoal-Netz durchsuchen. Eine Freigabe kann davon abweichen. Nie private Torrents und versiegelte Freigaben.',
  },
  'shoal.relay': {
    title: 'Anderen beim Verbinden helfen',
    description:
      'Solange der Knoten von außen erreichbar ist, gibt er die wenigen Nachrichten weiter, durch die andere einen direkten Weg zueinander finden.',
  },
  'shoal.ipfs': {
    title: 'Öffentliche IPFS-Knoten verwenden',
    description:
      'Trifft andere Knoten auch in der DHT von IPFS und wird über Relays dort erreicht, wenn kein Router andere hereinlässt. Knoten von IPFS sehen dann die Adressen dieses Knotens und dass er zum Shoal-Netz gehört.',
  },
  'shoal.ipfsNodes': {
    title: 'Öffentliche IPFS-Knoten',
    description:
      'Knoten, über die der DHT von IPFS beigetreten wird. Vorgabe: die, die Programme für IPFS verwenden.',
  },
  'chat.enabled': {
    title: 'Chat',
    description: 'Empfängt und sendet Nachrichten an den Hubs, denen Sie beigetreten sind.',
  },
  'chat.direct': {
    title: 'Mit Kontakten verbinden',
    description:
      'Tauscht Nachrichten auch direkt mit Geräten von Kontakten und Ihren anderen Geräten aus, damit Unterhaltungen ohne Hub weitergehen. Sie erfahren die Adresse dieses Knotens.',
  },
  'chat.sendReadMarks': {
    title: 'Lesebestätigungen senden',
    description: 'Die anderen Mitglieder sehen, wie weit Sie gelesen haben.',
  },
  'chat.sendPresence': {
    title: 'Tippen und Anwesenheit senden',
    description: 'Die anderen Mitglieder sehen, wenn Sie tippen und wenn Sie da sind.',
  },
  'search.documents': {
    title: 'In Dokumenten suchen',
    description: 'Indiziert den Text vollständiger Text-, Markdown-, HTML-, PDF- und EPUB-Dateien.',
  },
  'privacy.ipFilter': {
    title: 'IP-Filter',
    description:
      'Eine Liste von Adressen auf diesem Rechner, zu deren Peers keine Verbindungen bestehen dürfen: .dat, .p2p oder Netze und Adressen, auch als .gz. Sie wird neu gelesen, wenn sie sich ändert.',
  },
  'privacy.filterTrackers': {
    title: 'Tracker filtern',
    description: 'Meidet auch Tracker, deren Adressen im IP-Filter stehen.',
  },
  'privacy.countryDatabase': {
    title: 'Länderdatenbank',
    description:
      'Eine .mmdb-Datei von MaxMind auf diesem Rechner, mit der die Länder von Peers angezeigt werden, ohne einen Online-Dienst zu fragen.',
  },
  ...ofCapabilities,
}

export default settings
