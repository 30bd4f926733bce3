package dev.meltemi.bus;

import dev.meltemi.schemas.Grant;
import java.util.List;

/// What a broker allows the mesh's roles. Rights of others, and rights to what doesn't begin with the mesh's prefix,
/// aren't looked at.
public interface AccessLists {
    /// @param missing granted by the catalogue, not by the broker
    /// @param surplus the other way round, in the broker's words
    record Differences(List<Grant> missing, List<String> surplus) {
        public Differences {
            missing = List.copyOf(missing);
            surplus = List.copyOf(surplus);
        }
    }

    /// @throws BusException when we may not see the lists, or there are none
    Differences compare();

    /// Grants what is missing; returns what it was, once the broker goes by it.
    List<Grant> apply();

    /// Takes the surplus away; returns what it was.
    List<String> prune();
}
