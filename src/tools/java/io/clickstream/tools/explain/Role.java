package io.clickstream.tools.explain;

import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A field of a click, and the names that it has in well-known formats. A weight says how surely a
 * name is that of the field, up to 100.
 */
enum Role {
    TIME(
            "time",
            "eventtimestamp 100 eventtime 100 derivedtstamp 98 timestamp 95 occurredat 95 eventat"
                + " 90 time 90 datetime 88 ts 85 createdat 80 clienttimestamp 80 collectortstamp 78"
                + " originaltimestamp 75 dvcecreatedtstamp 72 sentat 70 clicktime 90 requesttime 70"
                + " servertimestamp 65 when 60 date 60 eventdate 50 receivedat 55 updatedat 40"
                + " etltstamp 30 processedat 30 loadtstamp 20",
            Set.of("time", "timestamp", "tstamp", "date", "at", "ts")),
    USER(
            "user",
            "userid 100 customerid 95 custid 92 userpseudoid 90 domainuserid 90 visitorid 90"
                + " memberid 90 fullvisitorid 88 distinctid 85 accountid 85 buyerid 85 shopperid 85"
                + " useruuid 85 customernumber 85 uid 80 profileid 80 anonymousid 80 userkey 80"
                + " user 80 customer 75 visitor 75 clientid 75 subscriberid 75 username 70 deviceid"
                + " 65 cookieid 65 networkuserid 60",
            Set.of()),
    EVENT_TYPE(
            "event-type",
            "eventtype 100 eventname 95 event 90 behavior 90 behaviour 90 behaviortype 90"
                    + " actiontype 90 action 85 eventaction 85 activity 75 type 70 interaction 70"
                    + " interactiontype 70 verb 70 hittype 60",
            Set.of()),
    DEPARTMENT(
            "department",
            "department 100 departmentname 100 producttype 96 dept 95 itemcategory 95"
                + " productcategory 95 categorycode 95 maincategory 95 categoryname 92 category 90"
                + " categorypath 85 productgroup 75 section 70 categoryid 60",
            Set.of("category", "department")),
    ITEM(
            "item",
            "itemid 100 productid 100 productsku 95 articleid 85 goodsid 85 sku 90 asin 80 item 75"
                    + " product 70 contentid 70 offerid 70 movieid 70 variantid 50",
            Set.of()),
    VALUE(
            "value",
            "price 100 itemprice 95 unitprice 95 productprice 95 listprice 80 amount 60 value 55",
            Set.of()),
    SESSION_ID(
            "session-id",
            "sessionid 100 usersession 95 domainsessionid 95 session 80 visitid 85 sid 60",
            Set.of());

    /** The weight of a name that only has a word of the role in it. */
    static final int WEIGHT_OF_WORD = 45;

    /** Things that have categories, types, and ids of their own. */
    private static final Set<String> OTHER_THINGS =
            Set.of(
                    "device",
                    "browser",
                    "page",
                    "app",
                    "geo",
                    "traffic",
                    "campaign",
                    "library",
                    "os");

    private final String key;

    @SuppressWarnings("ImmutableEnumChecker") // It never changes.
    private final Map<String, Integer> weights;

    @SuppressWarnings("ImmutableEnumChecker") // It never changes.
    private final Set<String> words;

    Role(String key, String weights, Set<String> words) {
        this.key = key;
        Map<String, Integer> byName = new HashMap<>();
        Iterator<String> parts = List.of(weights.split(" ")).iterator();
        while (parts.hasNext()) {
            byName.put(parts.next(), Integer.valueOf(parts.next()));
        }
        this.weights = Map.copyOf(byName);
        this.words = words;
    }

    /** The key of the group {@code format}. */
    String key() {
        return key;
    }

    /** The weight of a name; 0 if it says nothing. */
    int weight(Names names) {
        if (OTHER_THINGS.contains(names.parent())) {
            return 0;
        }
        int whole =
                Math.max(
                        weights.getOrDefault(names.joined(), 0),
                        weights.getOrDefault(names.joinedWithParent(), 0));
        if (whole > 0) {
            return whole;
        }
        return names.words().stream().anyMatch(words::contains) ? WEIGHT_OF_WORD : 0;
    }
}
