internal import WSEWire

/// Who is present on a topic. A user with several connections is present once.
struct PresenceTable: Sendable {
    /// What a change means for the others.
    enum Change: Sendable, Equatable {
        case none
        case joined(WSEValue)
        case updated(WSEValue)
        case left(WSEValue)
    }

    private struct Member {
        var data: WSEValue
        var connections: Set<Int>
    }

    private var members: [String: Member] = [:]

    var data: [String: WSEValue] { members.mapValues(\.data) }

    mutating func enter(user: String, connection: Int, data: WSEValue) -> Change {
        guard var member = members[user] else {
            members[user] = Member(data: data, connections: [connection])
            return .joined(data)
        }
        let isUpdate = member.data != data
        member.data = data
        member.connections.insert(connection)
        members[user] = member
        return isUpdate ? .updated(data) : .none
    }

    mutating func leave(user: String, connection: Int) -> Change {
        guard var member = members[user], member.connections.remove(connection) != nil else { return .none }
        guard member.connections.isEmpty else {
            members[user] = member
            return .none
        }
        members[user] = nil
        return .left(member.data)
    }
}
