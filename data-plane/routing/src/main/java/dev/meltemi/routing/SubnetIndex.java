package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.ServiceRoutes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Services by the address ranges that they claim, the narrowest first; of equal ones the first host by name.
record SubnetIndex(List<Claim> claims) {
    record Claim(Subnet range, String host, VirtualHost owner) {}

    static SubnetIndex of(Map<String, VirtualHost> hosts, ServiceLookup lookup) {
        var claims = new ArrayList<Claim>();
        hosts.forEach((host, owner) -> {
            ServiceRoutes service = lookup.callable(host);
            if (service != null) {
                service.getAddresses().stream()
                        .filter(address -> address.indexOf('/') >= 0)
                        .forEach(range ->
                                Subnet.of(range).ifPresent(subnet -> claims.add(new Claim(subnet, host, owner))));
            }
        });
        claims.sort(
                Comparator.<Claim>comparingInt(claim -> -claim.range().bits()).thenComparing(Claim::host));
        return new SubnetIndex(List.copyOf(claims));
    }

    @Nullable
    VirtualHost find(String address) {
        byte[] bytes = claims.isEmpty() ? null : Subnet.bytes(address).orElse(null);
        if (bytes == null) {
            return null;
        }
        for (Claim claim : claims) {
            if (claim.range().contains(bytes)) {
                return claim.owner();
            }
        }
        return null;
    }
}
