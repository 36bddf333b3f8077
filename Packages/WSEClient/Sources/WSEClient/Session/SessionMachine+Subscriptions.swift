import WSEWire

extension SessionMachine {
    /// Topics asked for in one message; keeps it well below the server's message size.
    private static let topicsPerMessage = 500

    mutating func subscribe(_ names: [String], request: RequestID, now: Moment) {
        let fresh = subscriptions.subscribe(names, request: request)
        if isReady { askFor(fresh, now: now) }
        resolveSubscriptions()
        awaitAnswer(request)
    }

    mutating func unsubscribe(_ names: [String], request: RequestID, now: Moment) {
        let told = subscriptions.unsubscribe(names, request: request)
        forget(names)
        if isReady {
            for chunk in told.chunks(of: SessionMachine.topicsPerMessage) {
                transmit(messages.unsubscribe(chunk, now: now, random: &random))
            }
        } else {
            // Nobody to tell: the server forgot this client with the connection.
            subscriptions.connectionLost()
        }
        resolveSubscriptions()
        awaitAnswer(request)
    }

    /// After each connect: everything that is wanted, with the positions to resume from.
    mutating func subscribeWanted(now: Moment) {
        askFor(subscriptions.topics.filter { $0.value == .wanted }.keys.sorted(), now: now)
    }

    private mutating func askFor(_ names: [String], now: Moment) {
        for chunk in names.chunks(of: SessionMachine.topicsPerMessage) {
            let positions = resumePositions(of: chunk, now: now)
            transmit(messages.subscribe(chunk, positions: positions, now: now, random: &random))
            subscriptions.sent(chunk)
        }
        scheduleRecovery(now: now)
    }

    private mutating func awaitAnswer(_ request: RequestID) {
        guard subscriptions.isWaiting(request) else { return }
        emit(.startTimer(.subscription(request), after: settings.subscriptionTimeout))
    }

    mutating func resolveSubscriptions() {
        for (request, result) in subscriptions.takeResolved() {
            emit(.cancelTimer(.subscription(request)))
            emit(.resolveSubscription(request, result))
        }
    }

    mutating func answered(_ answer: SubscriptionAnswer, now: Moment) {
        subscriptions.answered(answer)
        forget(answer.refused)
        recoveryAnswered(answer, now: now)
        resolveSubscriptions()
    }
}

extension Array {
    fileprivate func chunks(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
