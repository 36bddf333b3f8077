import WSETransport

/// Timers of the session.
extension SessionEngine {
    func startTimer(_ timer: SessionTimer, after delay: Duration) {
        // Registered before it is scheduled: it may fire before `schedule` returns.
        let (generation, previous) = withState { state in
            state.timerGeneration += 1
            let previous = state.timers.updateValue((state.timerGeneration, nil), forKey: timer)
            return (state.timerGeneration, previous?.work)
        }
        previous?.cancel()
        let work = schedule(timer, after: delay) { [weak self] in
            self?.perform { state, now in
                // One that was replaced or cancelled while it started has no say.
                guard state.timers[timer]?.generation == generation else { return }
                state.timers[timer] = nil
                state.machine.timerFired(timer, now: now)
            }
        }
        let isCurrent = withState { state in
            guard state.timers[timer]?.generation == generation else { return false }
            state.timers[timer]?.work = work
            return true
        }
        if !isCurrent { work.cancel() }
    }

    /// On the connection's thread, if that is where this is, and time is the machine's: what the work sends need not wake it up, and no
    /// other thread is needed for waiting. Not for callers, who may be thousands: an event loop looks through all of its
    /// timers for the one that is cancelled.
    private func schedule(
        _ timer: SessionTimer, after delay: Duration, _ work: @escaping @Sendable () -> Void
    ) -> any WSEScheduledWork {
        if !timer.isOfCaller, configuration.clock is SystemClock,
            let scheduled = withState({ $0.connection?.handle })?.schedule(after: delay, work)
        {
            return ConnectionWork(scheduled: scheduled)
        }
        return configuration.clock.schedule(after: delay, work)
    }

    private struct ConnectionWork: WSEScheduledWork {
        let scheduled: any WebSocketScheduledWork

        func cancel() {
            scheduled.cancel()
        }
    }
}
