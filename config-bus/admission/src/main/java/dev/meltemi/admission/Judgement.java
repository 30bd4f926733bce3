package dev.meltemi.admission;

import dev.meltemi.schemas.ConfigStatus.Message;
import dev.meltemi.schemas.ResourceKey;
import java.util.List;
import java.util.Optional;

/// What is to become of one submission.
sealed interface Judgement {
    /// @param text the document as written
    record Accept(ResourceKey key, String text, List<Message> messages, List<String> notInForce) implements Judgement {}

    /// @param key empty for a key under which nothing can ever have been accepted
    record Delete(Optional<ResourceKey> key) implements Judgement {}

    /// @param messages not empty, the first one names the reason
    record Refuse(List<Message> messages) implements Judgement {
        Message first() {
            return messages.getFirst();
        }
    }
}
