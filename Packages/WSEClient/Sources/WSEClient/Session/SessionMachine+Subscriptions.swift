import WSEWire

extension SessionMachine {
    /// Topics asked for in one message; keeps it well below the server's message size.
    private static let topicsPerMessage = 500

    mutating func subscribe(_ names: [String], request: RequestID, now: Moment) {
        // What a topic left behind from before it was wanted is not where it goes on.
        forget(names.filter { !subscriptions.isWanted($0) })
        resumeRestored(names)
        let fresh = subscriptions.subscribe(names, request: request)
        if isReady { askFor(fresh, now: now) }
        resolveSubscriptions()
        awaitAnswer(request)
    }

    mutating func unsubscribe(_ names: [String], request: RequestID, now: Moment) {
        release(names, request: request, now: now)
        finishRelease(names)
    }

    /// As ``unsubscribe(_:request:now:)``, but what the server still sends counts until ``finishRelease(_:)``.
    mutating func release(_ names: [String], request: RequestID, now: Moment) {
        let told = subscriptions.unsubscribe(names, request: request)
        presence.hide(on: names)
        for name in names { restored[name] = nil }
        if isReady {
            for chunk in told.chunks(of: Self.topicsPerMessage) {
                let id = messages.nextID(now: now, random: &random)
                transmit(messages.unsubscribe(chunk, request: id, now: now, random: &random))
                subscriptions.told(chunk, request: id)
            }
        } else {
            // Nobody to tell: the server forgot this client with the connection.
            subscriptions.connectionLost()
        }
        resolveSubscriptions()
        awaitAnswer(request)
    }

    /// What still comes of the topics is not news.
    mutating func finishRelease(_ names: [String]) {
        let gone = names.filter { !subscriptions.isWanted($0) }
        forget(gone)
        if isReady { subscriptions.leave(gone) }
    }

    /// After each connect: everything that is wanted, with the positions to resume from.
    mutating func subscribeWanted(now: Moment) {
        askFor(subscriptions.unasked, now: now)
    }

    mutating func askFor(_ names: [String], now: Moment) {
        for chunk in names.chunks(of: Self.topicsPerMessage) {
            ask(chunk, positions: resumePositions(of: chunk, now: now), now: now)
        }
        scheduleRecovery(now: now)
    }

    /// Asks again for topics that have a hole or whose replay has stopped.
    mutating func recover(_ positions: [String: TopicPosition], now: Moment) {
        guard !positions.isEmpty else { return }
        counters.recoveryRequests += UInt64(positions.count)
        for chunk in positions.keys.sorted().chunks(of: Self.topicsPerMessage) {
            ask(chunk, positions: positions, now: now)
        }
    }

    private mutating func ask(_ names: [String], positions: [String: TopicPosition], now: Moment) {
        for (topics, data) in presence.groups(of: names) {
            let id = messages.nextID(now: now, random: &random)
            transmit(
                messages.subscribe(
                    topics, positions: positions, asksForPositions: recoveryIsAvailable, request: id,
                    presence: data, now: now, random: &random))
            subscriptions.asked(for: topics, request: id)
        }
        for name in names where positions[name] != nil {
            recoveries.insert(InternedString(name))
            partialRecoveries[InternedString(name)] = nil
        }
        if asksUnanswered == nil { awaitAnswers(after: 0) }
    }

    // MARK: Without an answer

    /// How many times a delay is doubled at most.
    private static let mostDoublings = 5

    private mutating func awaitAnswers(after attempts: Int) {
        asksUnanswered = attempts
        let delay = settings.subscriptionTimeout * (1 << min(attempts, Self.mostDoublings))
        emit(.startTimer(.unanswered, after: delay))
    }

    /// An answer may get lost in the server, and a connection may last for days: what is not answered is asked for
    /// again, ever more seldom, as there may be servers that never answer.
    mutating func unansweredDue(now: Moment) {
        guard isReady, let attempts = asksUnanswered else { return }
        // While the client does not read, answers may lie in the socket.
        let overdue = reading.isPaused ? [] : subscriptions.nextRound()
        awaitAnswers(after: overdue.isEmpty ? attempts : attempts + 1)
        if overdue.isEmpty, subscriptions.isComplete { stopAwaitingAnswers() }
        askFor(overdue, now: now)
    }

    private mutating func stopAwaitingAnswers() {
        guard asksUnanswered != nil else { return }
        asksUnanswered = nil
        emit(.cancelTimer(.unanswered))
    }

    // MARK: Callers

    mutating func awaitAnswer(_ request: RequestID) {
        guard subscriptions.isWaiting(request) else { return }
        emit(.startTimer(.subscription(request), after: settings.subscriptionTimeout))
    }

    /// A caller has waited for long. Also if the answer may lie in a socket that is not read: who waits is perhaps the
    /// one who was to empty the full stream.
    mutating func subscriptionDue(_ request: RequestID) {
        guard let result = subscriptions.giveUp(request) else { return }
        emit(.resolveSubscription(request, result))
    }

    /// A caller no longer waits for its subscription; the wish stands.
    mutating func stopWaiting(_ request: RequestID) {
        guard let result = subscriptions.giveUp(request) else { return }
        emit(.cancelTimer(.subscription(request)))
        emit(.resolveSubscription(request, result))
    }

    mutating func resolveSubscriptions() {
        for (request, result) in subscriptions.takeResolved() {
            emit(.cancelTimer(.subscription(request)))
            emit(.resolveSubscription(request, result))
        }
    }

    mutating func giveUpSubscriptions() {
        for (request, result) in subscriptions.giveUpAll() {
            emit(.cancelTimer(.subscription(request)))
            emit(.resolveSubscription(request, result))
        }
    }

    mutating func answered(_ answer: SubscriptionAnswer, now: Moment) {
        let outcome = subscriptions.answered(answer)
        if !outcome.refused.isEmpty {
            // What waits behind a hole was received and is delivered.
            for topic in outcome.refused {
                sequencer.abandonRecovery(of: InternedString(topic), now: reading.now(now.instant))
            }
            drainSequencer(now: now)
            forget(outcome.refused)
            presence.hide(on: outcome.refused)
            emit(.signal(.refused(topics: Set(outcome.refused))))
        }
        recoveryAnswered(answer, to: outcome, now: now)
        if subscriptions.isComplete { stopAwaitingAnswers() }
        resolveSubscriptions()
    }
}

extension Array {
    fileprivate func chunks(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
