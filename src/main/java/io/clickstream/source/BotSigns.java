package io.clickstream.source;

import io.clickstream.config.ClickField;
import io.clickstream.config.FilterConfig;
import io.clickstream.config.IpRange;
import io.clickstream.config.IpText;
import io.clickstream.event.BotSign;
import io.clickstream.format.ClickFields;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.annotation.Nullable;

/** Detects bots by the user agent or the address of a single click. */
public final class BotSigns implements Serializable {

    /** No signs: no click is by a bot. */
    public static final BotSigns NONE = new BotSigns(List.of(), List.of());

    private static final long serialVersionUID = 1L;

    /**
     * The maximum number of user agents in the cache. Browsers have some thousands; a producer that
     * sends more must not fill the heap.
     */
    private static final int MAX_KNOWN = 10_000;

    /** The maximum number of characters of all user agents in the cache. */
    private static final int MAX_KNOWN_CHARACTERS = 2_000_000;

    private final String[] userAgents;
    private final IpRange[] ipRanges;

    private transient Map<String, Boolean> known;
    private transient int knownCharacters;

    private BotSigns(List<String> userAgents, List<IpRange> ipRanges) {
        this.userAgents =
                userAgents.stream()
                        .map(text -> text.toLowerCase(Locale.ROOT))
                        .toArray(String[]::new);
        this.ipRanges = ipRanges.toArray(new IpRange[0]);
    }

    /** The configured signs. */
    public static BotSigns of(FilterConfig filters) {
        return new BotSigns(filters.botUserAgents(), filters.botIpRanges());
    }

    /** The sign by which the click is known to be by a bot; null if there is none. */
    @Nullable
    BotSign find(ClickFields fields) {
        String userAgent = fields.get(ClickField.USER_AGENT);
        if (userAgent != null && isBot(userAgent)) {
            return BotSign.USER_AGENT;
        }
        String ip = fields.get(ClickField.IP);
        return ip != null && isInRange(ip) ? BotSign.IP : null;
    }

    private boolean isBot(String userAgent) {
        Boolean found = known == null ? null : known.get(userAgent);
        if (found == null) {
            found = containsAny(userAgent);
            remember(userAgent, found);
        }
        return found;
    }

    private void remember(String userAgent, boolean isBot) {
        knownCharacters += userAgent.length();
        if (known == null || known.size() >= MAX_KNOWN || knownCharacters > MAX_KNOWN_CHARACTERS) {
            known = new HashMap<>();
            knownCharacters = userAgent.length();
        }
        known.put(userAgent, isBot);
    }

    private boolean containsAny(String userAgent) {
        String lowerCase = userAgent.toLowerCase(Locale.ROOT);
        for (String text : userAgents) {
            if (lowerCase.contains(text)) {
                return true;
            }
        }
        return false;
    }

    private boolean isInRange(String ip) {
        byte[] address = IpText.client(ip);
        if (address != null) {
            for (IpRange range : ipRanges) {
                if (range.contains(address)) {
                    return true;
                }
            }
        }
        return false;
    }
}
