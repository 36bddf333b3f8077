import WSEWire

/// What the events of the smaller sizes carry.
struct Trade: Codable, Sendable {
    var px: Double
    var qty: Double
    var side: String
    var sym: String
    var ts: Int64
}

/// What the events of the larger sizes carry.
struct Book: Codable, Sendable {
    struct Level: Codable, Sendable {
        var px: Double
        var qty: Double
        var orders: Int
    }

    var sym: String
    var depth: Int
    var levels: [Level]
}

/// The least that still is an event.
struct Tick: Codable, Sendable {
    var px: Double
}

/// The whole event as a struct, for decoders that know no envelope.
struct PlainEvent<Payload: Codable & Sendable>: Codable, Sendable {
    var c: String
    var e: String?
    var id: String
    var o: UInt64?
    var p: Payload
    var seq: Int64?
    var t: String
    var tp: String?
    var ts: String?
    var v: Int
}

/// One event of some size in both encodings.
struct Sample<Payload: Codable & Sendable>: Sendable {
    let name: String
    let payload: Payload
    let envelope: Envelope
    let json: [UInt8]
    let messagePack: [UInt8]

    init(_ name: String, json text: String, payload: Payload) throws {
        self.name = name
        self.payload = payload
        json = Array(text.utf8)
        var envelope = Envelope(type: "none")
        var messagePack: [UInt8] = []
        if let event = try WSEValue(json: text).objectValue {
            envelope = Envelope(
                type: event["t"]?.stringValue ?? "", id: event["id"]?.stringValue,
                sequence: event["seq"]?.uintValue,
                unixMilliseconds: event["ts"] == nil ? nil : 1_763_865_540_123,
                stamp: event["tp"] == nil
                    ? nil : RecoveryStamp(topic: "market.btc-usd", epoch: "0000007b", offset: 1_234_567))
            try envelope.encodeMessagePack(payload: payload, into: &messagePack)
        }
        self.envelope = envelope
        self.messagePack = messagePack
    }
}

enum Samples {
    static func tick() throws -> Sample<Tick> {
        try Sample(
            "100 B",
            json:
                #"{"c":"U","id":"019aaf3c-7d11-7a20-8c1f-9b1f6d5d2a10","p":{"px":42123.25},"t":"tick","tp":null,"v":1}"#,
            payload: Tick(px: 42123.25))
    }

    static func trade() throws -> Sample<Trade> {
        try Sample(
            "230 B",
            json:
                #"{"c":"U","e":"0000007b","id":"019aaf3c-7d11-7a20-8c1f-9b1f6d5d2a10","o":1234567,"p":{"px":42123.25,"qty":0.5,"side":"buy","sym":"BTC-USD","ts":1763800000123},"seq":987654,"t":"trade","tp":"market.btc-usd","ts":"2026-11-23T02:39:00.123Z","v":1}"#,
            payload: Trade(px: 42123.25, qty: 0.5, side: "buy", sym: "BTC-USD", ts: 1_763_800_000_123))
    }

    static func book(_ name: String, levels count: Int) throws -> Sample<Book> {
        let levels = (0..<count).map {
            Book.Level(px: 42_000 + Double($0) / 4, qty: Double($0 % 50) / 8, orders: $0 % 9)
        }
        let book = Book(sym: "BTC-USD", depth: count, levels: levels)
        let payload = String(decoding: try PayloadEncoder().json(book), as: UTF8.self)
        return try Sample(
            name,
            json:
                #"{"c":"U","e":"0000007b","id":"019aaf3c-7d11-7a20-8c1f-9b1f6d5d2a10","o":1234567,"p":\#(payload),"seq":987654,"t":"book","tp":"market.btc-usd","ts":"2026-11-23T02:39:00.123Z","v":1}"#,
            payload: book)
    }
}
